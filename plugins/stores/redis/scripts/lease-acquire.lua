-- KEYS: lease, last token of all. ARGV: holder, ttl. Returns the token, or nil: somebody else holds it.
-- A token is the time in microseconds, pushed on where that does not grow: so tokens grow even if Redis forgets everything.
local LAST_TOKEN_MS = 30 * 86400 * 1000

local holder, token = unpack(redis.call('HMGET', KEYS[1], 'holder', 'token'))
if holder and holder ~= ARGV[1] then
  return nil
end
if not holder then
  local time = redis.call('TIME')
  local last = tonumber(redis.call('GET', KEYS[2]) or 0)
  token = string.format('%.0f', math.max(last + 1, time[1] * 1000000 + time[2]))
  redis.call('SET', KEYS[2], token, 'PX', LAST_TOKEN_MS)
  redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'token', token)
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return tonumber(token)
