-- Writes what a stand-in saw as JSON; loaded before a stand-in changes Lua's own functions.
local type = type

local function json(value)
  if type(value) == "string" then
    return '"' .. value:gsub('[%c"\\]', function(c) return ("\\u%04x"):format(c:byte()) end) .. '"'
  end
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  if #value > 0 or next(value) == nil then
    for _, each in ipairs(value) do parts[#parts + 1] = json(each) end
    return "[" .. table.concat(parts, ",") .. "]"
  end
  for key, each in pairs(value) do parts[#parts + 1] = json(tostring(key)) .. ":" .. json(each) end
  return "{" .. table.concat(parts, ",") .. "}"
end

return json
