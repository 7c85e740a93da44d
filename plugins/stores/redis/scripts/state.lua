-- Time and storage, for the scripts of limits. All amounts and times are whole numbers below 2^53, which a Lua number holds exactly.
local MAX_AMOUNT = 2 ^ 52
-- What expires does so by its data. A key's TTL only clears up afterwards, later by this much, so that neither a server's own
-- clock nor a replica's (a TTL is a date there) takes a key before its time.
local SPARE_MS = 30000

-- `..` and tostring keep 14 digits.
local function whole(number)
  return string.format('%.0f', number)
end

local function read(key)
  local packed = redis.call('GET', key)
  return packed and cmsgpack.unpack(packed)
end

-- How long from now anything that this call has written means something.
local longest = 0

local function ttl(ms)
  longest = math.max(longest, ms)
  return whole(ms + SPARE_MS)
end

local function write(key, value, ms)
  redis.call('SET', key, cmsgpack.pack(value), 'PX', ttl(ms))
end

-- The time of this call and its place in the order of all calls. A server's clock may be set back, also by a failover to another
-- machine: time then goes on from where it stood, at its usual pace.
local function moment(key, asked)
  local clock = read(key) or { 0, 0, 0, 0 }
  local last, ahead, order, needed = unpack(clock)
  local wall = tonumber(asked)
  if not wall then
    local time = redis.call('TIME')
    wall = time[1] * 1000 + math.floor(time[2] / 1000)
  end
  ahead = math.max(ahead, last - wall)
  return { key = key, now = wall + ahead, ahead = ahead, order = order + 1, needed = needed }
end

-- To be called last by whoever has written: the clock outlives what it has stamped.
local function keep(at)
  local needed = math.max(at.needed, at.now + longest)
  write(at.key, { at.now, at.ahead, at.order, needed }, needed - at.now)
end
