-- Sliding windows, as in memory/sliding-window.ts. Stored, oldest first: index of the sub-window, what it used, index …
-- Parameters: limit, milliseconds of a sub-window, number of them.
local sliding_window = {}

function sliding_window.open(key, limit, sub_ms, sub_windows, now)
  local meter = { key = key, limit = limit, sub_ms = sub_ms, sub_windows = sub_windows, counts = {}, used = 0 }
  local oldest = math.floor(now / sub_ms) - sub_windows
  local saved = read(key) or {}
  for at = 1, #saved, 2 do
    if saved[at] >= oldest then
      meter.counts[#meter.counts + 1] = saved[at]
      meter.counts[#meter.counts + 1] = saved[at + 1]
      meter.used = meter.used + saved[at + 1]
    end
  end
  return meter
end

local function out_of_sight(meter, index)
  return (index + meter.sub_windows + 1) * meter.sub_ms
end

function sliding_window.wait(meter, amount, now)
  local over = meter.used + amount - meter.limit
  local till = now
  for at = 1, #meter.counts, 2 do
    if over <= 0 then
      break
    end
    over = over - meter.counts[at + 1]
    till = out_of_sight(meter, meter.counts[at])
  end
  return till - now
end

local function charge_window(meter, amount, now)
  local index, counts = math.floor(now / meter.sub_ms), meter.counts
  if counts[#counts - 1] ~= index then
    counts[#counts + 1] = index
    counts[#counts + 1] = 0
  end
  counts[#counts] = counts[#counts] + amount
  meter.used = meter.used + amount
end

function sliding_window.take(meter, amount, held)
  charge_window(meter, amount, held.now)
end

function sliding_window.settle(meter, held, reserved, used, at)
  if used > reserved then
    charge_window(meter, math.min(used - reserved, MAX_AMOUNT - meter.used), at.now)
    return
  end
  local index = math.floor(held.now / meter.sub_ms)
  for each = 1, #meter.counts, 2 do
    if meter.counts[each] == index then
      meter.counts[each + 1] = meter.counts[each + 1] - (reserved - used)
      meter.used = meter.used - (reserved - used)
    end
  end
end

function sliding_window.state(meter, now)
  for at = #meter.counts - 1, 1, -2 do
    if meter.counts[at + 1] > 0 then
      return meter.limit - meter.used, out_of_sight(meter, meter.counts[at]) - now
    end
  end
  return meter.limit - meter.used, 0
end

function sliding_window.save(meter, now)
  if meter.used == 0 then
    redis.call('DEL', meter.key)
  else
    local _, reset_ms = sliding_window.state(meter, now)
    write(meter.key, meter.counts, reset_ms)
  end
end
