-- A stand-in for TouchOSC, built from its manual ("Script": global functions, objects, properties and values): runs
-- the scripts of a layout in Lua 5.1, each control in a context of its own with the documented functions alone, and
-- refuses what the manual does not allow. It shows nothing and has no network: what is sent is printed.
--
--   lua5.1 touchosc_stand_in.lua TREE    (a Lua file that returns the nodes, as read by another program)
--
-- Every line of input is a command, its words between tabs; the answer ends with a line that is a dot.

local VALUES = {
  BUTTON = { x = true, touch = true }, LABEL = { text = true, touch = true }, GROUP = { touch = true },
  PAGER = { page = true, touch = true },
}
local TAGS = { i = 'number', f = 'number', s = 'string' }
local PointerState = { BEGIN = 1, ACTIVE = 2, MOVE = 3, END = 4 }
local now, root = 0, nil
local contexts = {}

local function refuse(text, ...) error(string.format(text, ...), 0) end

local Color = {}
Color.__index = Color
function Color.fromHexString(text)
  if type(text) ~= 'string' or not text:match('^%x%x%x%x%x%x%x%x$') then refuse('%s is no colour', tostring(text)) end
  return setmetatable({ hex = text }, Color)
end

local function sendOSC(message, connections)
  if type(message) ~= 'table' or type(message[1]) ~= 'string' or message[1]:sub(1, 1) ~= '/' then
    refuse('a message is a table that begins with its path')
  end
  if type(message[2]) ~= 'table' then refuse('the arguments of %s are no table', message[1]) end
  for _, connection in ipairs(connections or {}) do
    if type(connection) ~= 'boolean' then refuse('connections are a list of booleans') end
  end
  local words = { 'send', message[1] }
  for _, argument in ipairs(message[2]) do
    if TAGS[argument.tag] ~= type(argument.value) then refuse('%s %s', tostring(argument.tag), type(argument.value)) end
    if argument.tag == 'i' and argument.value % 1 ~= 0 then refuse('%s is no integer', argument.value) end
    words[#words + 1] = argument.tag .. ':' .. tostring(argument.value)
  end
  print(table.concat(words, '\t'))
end

local function call(control, name, ...)
  local context = contexts[control]
  if context and context[name] then return context[name](...) end
end

local function values_of(kind, given)
  return setmetatable({}, {
    __index = given,
    __newindex = function(_, key, value)
      if not VALUES[kind][key] then refuse('a %s has no value %s', kind, tostring(key)) end
      given[key] = value
    end,
  })
end

local function control_of(node)
  local children, held = {}, { name = node.name, tag = node.tag or '', frame = node.frame, type = node.kind }
  held.values = values_of(node.kind, node.values)
  held.children = children
  local control = setmetatable({}, {
    __index = held,
    __newindex = function(_, key, value)
      if key ~= 'color' or getmetatable(value) ~= Color then refuse('%s can not be set so', tostring(key)) end
      held.color = value
    end,
  })
  function held.notify(_, key, value) call(control, 'onReceiveNotify', key, value) end
  for _, child in ipairs(node.children) do
    local made = control_of(child)
    children[child.name] = made
  end
  if node.script then
    local maths = { clamp = function(value, low, high) return math.min(math.max(value, low), high) end }
    for name, used in pairs(math) do maths[name] = used end
    local context = {
      error = error, ipairs = ipairs, next = next, pairs = pairs, print = function() end, select = select,
      tonumber = tonumber, tostring = tostring, unpack = unpack, type = type, math = maths, string = string,
      table = table, sendOSC = sendOSC, getMillis = function() return now end, Color = Color,
      PointerState = PointerState, self = control,
    }
    contexts[control] = context
    held.script = setfenv(assert(loadstring(node.script, node.name)), context)
  end
  held.all = node.children
  return control
end

local function start(control)
  if contexts[control] then
    contexts[control].root = root
    control.script()
  end
  for _, child in ipairs(control.all) do start(control.children[child.name]) end
end

local function at(path)
  local control = root
  for name in path:gmatch('[^/]+') do
    control = control.children[name] or refuse('there is no %s in %s', name, path)
  end
  return control
end

local COMMANDS = {}

function COMMANDS.tick(milliseconds)
  now = now + tonumber(milliseconds)
  call(root, 'update')
end

function COMMANDS.touch(path, height)
  local control = at(path)
  local y = control.frame.h * (1 - tonumber(height))
  call(control, 'onPointer', { { ID = 1, x = 1, y = y, state = PointerState.BEGIN } })
  call(control, 'onPointer', { { ID = 1, x = 1, y = y, state = PointerState.END } })
end

function COMMANDS.press(path)
  local control = at(path)
  for _, value in ipairs({ 1, 0 }) do
    control.values.x = value
    call(control, 'onValueChanged', 'x')
  end
end

function COMMANDS.page(number) at('pages').values.page = tonumber(number) end

function COMMANDS.hear(address, ...)
  local arguments = {}
  for place, word in ipairs({ ... }) do
    local tag, value = word:match('^(.):(.*)$')
    arguments[place] = { tag = tag, value = tag == 's' and value or tonumber(value) }
  end
  call(root, 'onReceiveOSC', { address, arguments }, { true, false, false, false, false })
end

function COMMANDS.colour(path) print(at(path).color.hex) end
function COMMANDS.text(path) print(at(path).values.text) end

io.stdout:setvbuf('line')
root = control_of(dofile(arg[1]))
start(root)
call(root, 'init')
print('.')
for line in io.lines() do
  local words = {}
  for word in (line .. '\t'):gmatch('(.-)\t') do words[#words + 1] = word end
  COMMANDS[table.remove(words, 1)](unpack(words))
  print('.')
end
