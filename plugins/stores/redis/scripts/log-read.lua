-- KEYS: stream. ARGV: id to read after, or '0'; most events. Returns { missed: 0 or 1, id, bytes, id, bytes … }.
local first = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1]
if not first then
  return { ARGV[1] == '0' and 0 or 1 }
end
local began, oldest = string.match(first[1], '^(%d+)%-(%d+)$')
local its, number = string.match(ARGV[1], '^(%d+)%-(%d+)$')
-- An id of an earlier stream of this name: all of this one comes after it.
local ours = its == began
local from = ours and number + 1 or 1
local missed = from < tonumber(oldest) or (not ours and ARGV[1] ~= '0')

local answer = { missed and 1 or 0 }
for _, event in ipairs(redis.call('XRANGE', KEYS[1], began .. '-' .. string.format('%.0f', from), '+', 'COUNT', ARGV[2])) do
  answer[#answer + 1] = event[1]
  answer[#answer + 1] = event[2][2]
end
return answer
