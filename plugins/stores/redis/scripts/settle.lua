-- KEYS: clock, reservation. ARGV: time or '', 'settle' and what each item used, or 'release'.
-- Returns -1: not open, else the number of items; when that is not the number of amounts, nothing was done.
local at = moment(KEYS[1], ARGV[1])
local held, items = find(KEYS[2], at.now)
if not held then
  return -1
end
local release = ARGV[2] == 'release'
if not release and #ARGV - 2 ~= #items then
  return #items
end
redis.call('DEL', held.key)
for index, item in ipairs(items) do
  local meter = open_meter(item, at.now)
  METERS[item[1]].settle(meter, held, item[5], release and 0 or tonumber(ARGV[index + 2]), at)
  METERS[item[1]].save(meter, at.now)
end
keep(at)
return #items
