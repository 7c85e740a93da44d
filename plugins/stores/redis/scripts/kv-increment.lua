-- KEYS: counter. ARGV: by, ttl. Returns the new count, or nil: no counter, or the sum is no exact integer.
local MAX_SAFE = 2 ^ 53 - 1
local found = redis.call('GET', KEYS[1])
local text = found or '0'
if text ~= '0' and (not string.match(text, '^%-?[1-9]%d*$') or #string.gsub(text, '%-', '') > 16) then
  return nil
end
local sum = tonumber(text) + tonumber(ARGV[1])
if math.abs(sum) > MAX_SAFE then
  return nil
end
if found then
  redis.call('SET', KEYS[1], string.format('%.0f', sum), 'KEEPTTL')
else
  redis.call('SET', KEYS[1], string.format('%.0f', sum), 'PX', ARGV[2])
end
return sum
