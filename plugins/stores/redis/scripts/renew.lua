-- KEYS: clock, reservation. ARGV: time or '', ttl. Returns 1: renewed, 0: not open.
local at = moment(KEYS[1], ARGV[1])
local held, items = find(KEYS[2], at.now)
if not held then
  return 0
end
held.expires_at = math.max(held.expires_at, at.now + tonumber(ARGV[2]))
for _, item in ipairs(items) do
  if item[1] == 'c' then
    local meter = open_meter(item, at.now)
    slots.renew(meter, item[5], held)
    slots.save(meter, at.now)
  end
end
write_reservation(held, items, at.now)
keep(at)
return 1
