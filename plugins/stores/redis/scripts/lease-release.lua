-- KEYS: lease. ARGV: token. Returns 1: released, 0: this holding was over.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
return redis.call('DEL', KEYS[1])
