-- Concurrency, as in memory/slots.ts, in a sorted set: `<slots>:<reservation>` by expiry, from 1 up. The empty member has minus
-- the sum of the slots for its score, so it comes first, and sum and holders can only be lost together.
-- Parameter: slots.
local PAGE = 32
local slots = {}

local function slots_of(member)
  return tonumber(string.match(member, '^%d+'))
end

function slots.open(key, count, _, _, now)
  local freed = 0
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, 1, whole(now))) do
    freed = freed + slots_of(member)
  end
  if freed > 0 then
    redis.call('ZREMRANGEBYSCORE', key, 1, whole(now))
    redis.call('ZINCRBY', key, whole(freed), '')
  end
  return { key = key, count = count, used = -(redis.call('ZSCORE', key, '') or 0) }
end

function slots.wait(meter, amount, now)
  local over = meter.used + amount - meter.count
  local till, from = now, 1
  while over > 0 do
    local holders = redis.call('ZRANGE', meter.key, from, from + PAGE - 1, 'WITHSCORES')
    if #holders == 0 then
      break
    end
    for at = 1, #holders, 2 do
      if over <= 0 then
        break
      end
      over = over - slots_of(holders[at])
      till = tonumber(holders[at + 1])
    end
    from = from + PAGE
  end
  return till - now
end

local function member_of(amount, held)
  return whole(amount) .. ':' .. held.key
end

function slots.take(meter, amount, held)
  if amount > 0 then
    redis.call('ZADD', meter.key, whole(held.expires_at), member_of(amount, held))
    redis.call('ZINCRBY', meter.key, whole(-amount), '')
    meter.used = meter.used + amount
  end
end

function slots.renew(meter, amount, held)
  redis.call('ZADD', meter.key, 'XX', whole(held.expires_at), member_of(amount, held))
end

function slots.settle(meter, held, reserved)
  if redis.call('ZREM', meter.key, member_of(reserved, held)) == 1 then
    redis.call('ZINCRBY', meter.key, whole(reserved), '')
    meter.used = meter.used - reserved
  end
end

function slots.state(meter, now)
  local last = meter.used > 0 and redis.call('ZRANGE', meter.key, -1, -1, 'WITHSCORES')[2] or now
  return meter.count - meter.used, tonumber(last) - now
end

function slots.save(meter, now)
  if meter.used == 0 then
    redis.call('DEL', meter.key)
  else
    local _, reset_ms = slots.state(meter, now)
    redis.call('PEXPIRE', meter.key, ttl(reset_ms))
  end
end
