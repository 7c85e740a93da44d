-- Reservations: { expires_at, now, order, { kind, a, b, c, amount, counter's key }, … }, the first three of `held`.
-- Counters are named by the reservation and have its hash tag, so they are on its node of a cluster, declared or not.
local METERS = { b = token_bucket, w = sliding_window, c = slots }

local function find(key, now)
  local saved = read(key)
  if not saved or now >= saved[1] then
    return nil
  end
  local items = {}
  for at = 4, #saved do
    items[at - 3] = saved[at]
  end
  return { key = key, expires_at = saved[1], now = saved[2], order = saved[3] }, items
end

local function write_reservation(held, items, now)
  write(held.key, { held.expires_at, held.now, held.order, unpack(items) }, held.expires_at - now)
end

local function open_meter(item, now)
  local kind, a, b, c, _, key = unpack(item)
  return METERS[kind].open(key, a, b, c, now)
end
