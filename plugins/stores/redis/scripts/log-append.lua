-- KEYS: stream. ARGV: bytes, ttl, most events. Returns the id.
-- An id is `<when the stream began, in microseconds>-<number, from 1 without a gap>`: it tells what a reader has missed.
local last = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)[1]
local began, number
if last then
  began, number = string.match(last[1], '^(%d+)%-(%d+)$')
else
  local time = redis.call('TIME')
  began, number = string.format('%.0f', time[1] * 1000000 + time[2]), 0
end
local id = began .. '-' .. string.format('%.0f', number + 1)
redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[3], id, 'b', ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return id
