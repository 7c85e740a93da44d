-- KEYS: clock, reservation, a counter per item. ARGV: time or '', ttl, then per item: kind, three parameters, amount.
-- Returns { outcome, then per item: remaining, milliseconds to reset, milliseconds to wait }; just { 3 } for other items.
local GRANTED, REFUSED, IMPOSSIBLE, OTHER_ITEMS = 0, 1, 2, 3

local at = moment(KEYS[1], ARGV[1])
local items, meters = {}, {}
for index = 1, #KEYS - 2 do
  local first = 5 * index - 2
  local item = { ARGV[first] }
  for part = 1, 4 do
    item[part + 1] = tonumber(ARGV[first + part])
  end
  item[6] = KEYS[index + 2]
  items[index], meters[index] = item, open_meter(item, at.now)
end

local function reply(outcome, waits)
  local answer = { outcome }
  for index, item in ipairs(items) do
    local remaining, reset_ms = METERS[item[1]].state(meters[index], at.now)
    answer[3 * index - 1], answer[3 * index], answer[3 * index + 1] = remaining, reset_ms, waits and waits[index] or 0
  end
  return answer
end

local again, reserved = find(KEYS[2], at.now)
if again then
  local same = #reserved == #items
  for index, item in ipairs(items) do
    same = same and reserved[index][6] == item[6]
  end
  return same and reply(GRANTED) or { OTHER_ITEMS }
end

-- The first parameter of every kind is the most it can give.
for _, item in ipairs(items) do
  if item[5] > item[2] then
    return reply(IMPOSSIBLE)
  end
end

local waits, longest_wait = {}, 0
for index, item in ipairs(items) do
  waits[index] = METERS[item[1]].wait(meters[index], item[5], at.now)
  longest_wait = math.max(longest_wait, waits[index])
end
if longest_wait > 0 then
  return reply(REFUSED, waits)
end

local held = { key = KEYS[2], expires_at = at.now + tonumber(ARGV[2]), now = at.now, order = at.order }
for index, item in ipairs(items) do
  METERS[item[1]].take(meters[index], item[5], held)
  METERS[item[1]].save(meters[index], at.now)
end
write_reservation(held, items, at.now)
keep(at)
return reply(GRANTED)
