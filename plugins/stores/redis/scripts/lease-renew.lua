-- KEYS: lease. ARGV: token, ttl. Returns 1: renewed, 0: this holding is over.
if redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
