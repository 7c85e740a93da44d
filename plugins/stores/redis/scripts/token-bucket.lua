-- Token buckets, as in memory/token-bucket.ts, where the reasons are. Stored: level, time, and the peaks as order, level, order …
-- Parameters: capacity in tokens, units a token, units a millisecond.
local MAX_PEAKS = 32
local token_bucket = {}

function token_bucket.open(key, capacity, per_token, per_ms, now)
  local full = capacity * per_token
  local level, at, peaks = unpack(read(key) or { full, now, {} })
  level = math.min(full, level + (now - at) * per_ms)
  return { key = key, full = full, per_token = per_token, per_ms = per_ms, level = level, peaks = peaks }
end

local function time_to(meter, level)
  return math.max(0, math.ceil((level - meter.level) / meter.per_ms))
end

function token_bucket.wait(meter, amount)
  return time_to(meter, amount * meter.per_token)
end

local function merge_closest(peaks)
  local closest, gap
  for at = 3, #peaks, 2 do
    local between = peaks[at - 1] - peaks[at + 1]
    if not gap or between < gap then
      closest, gap = at, between
    end
  end
  peaks[closest - 2] = peaks[closest]
  table.remove(peaks, closest)
  table.remove(peaks, closest)
end

local function charge(meter, units, order)
  local peaks = meter.peaks
  while #peaks > 0 and peaks[#peaks] <= meter.level do
    peaks[#peaks] = nil
    peaks[#peaks] = nil
  end
  peaks[#peaks + 1] = order
  peaks[#peaks + 1] = meter.level
  if #peaks > 2 * MAX_PEAKS then
    merge_closest(peaks)
  end
  meter.level = math.max(-MAX_AMOUNT, meter.level - units)
end

local function refund(meter, units, since)
  local peaks = meter.peaks
  local first = 1
  while first < #peaks and peaks[first] <= since do
    first = first + 2
  end
  local highest = math.max(meter.level, peaks[first + 1] or meter.level)
  local back = math.min(units, meter.full - highest)
  meter.level = meter.level + back
  for at = first + 1, #peaks, 2 do
    peaks[at] = peaks[at] + back
  end
  local risen = peaks[first + 1]
  while risen and first > 1 and peaks[first - 1] <= risen do
    first = first - 2
    table.remove(peaks, first)
    table.remove(peaks, first)
  end
end

function token_bucket.take(meter, amount, held)
  charge(meter, amount * meter.per_token, held.order)
end

function token_bucket.settle(meter, held, reserved, used, at)
  if used > reserved then
    charge(meter, (used - reserved) * meter.per_token, at.order)
  else
    refund(meter, (reserved - used) * meter.per_token, held.order)
  end
end

function token_bucket.state(meter)
  return math.floor(meter.level / meter.per_token), time_to(meter, meter.full)
end

function token_bucket.save(meter, now)
  if meter.level == meter.full then
    redis.call('DEL', meter.key)
  else
    write(meter.key, { meter.level, now, meter.peaks }, time_to(meter, meter.full))
  end
end
