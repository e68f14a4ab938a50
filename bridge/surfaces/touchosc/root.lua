local touched, joined, blinked, beat = nil, 0, 0, 1
local blinking = {}

local function say(address, tag, value)
  local arguments = {}
  if tag then arguments[1] = { tag = tag, value = value } end
  sendOSC({ address, arguments }, { true })
end

local function join()
  joined = getMillis()
  say('/oneshot/subscribe', 'i', PORT)
  say('/oneshot/pads')
end

local function write(line, text)
  self.children.bar.children[line].values.text = text
end

local function light(pad, colour)
  for _, page in ipairs(PADS[pad]) do
    self.children.pages.children[page].children[pad].children.button.color = Color.fromHexString(colour)
  end
end

local function show(pad, state)
  local colours = LIGHTS[state]
  if not PADS[pad] or not colours then return end
  for _, page in ipairs(PADS[pad]) do
    self.children.pages.children[page].children[pad].children.state.values.text = state
  end
  blinking[pad] = colours[2] and colours
  light(pad, colours[1])
end

function init()
  join()
end

function update()
  local now = getMillis()
  if now - joined >= JOIN_MS then join() end
  if now - blinked >= BLINK_MS then
    blinked, beat = now, 3 - beat
    for pad, colours in pairs(blinking) do light(pad, colours[beat]) end
  end
end

function onReceiveNotify(key, value)
  if key == 'touched' then
    touched = value
    write('touched', value)
  elseif key == 'pressed' and value == 'kit' then
    local kit = KITS[self.children.pages.values.page + 1]
    if kit and kit ~= '' then say('/oneshot/kit', 's', kit) end
  elseif key == 'pressed' then
    say('/oneshot/' .. value, touched and 's', touched)
  end
end

function onReceiveOSC(message, connections)
  local address, arguments = message[1], message[2]
  local pad = string.match(address, '^/oneshot/pad/([^/]+)/state$')
  if pad then
    show(pad, arguments[1].value)
  elseif address == '/oneshot/sample/ready' then
    write('last', arguments[7].value .. '  ' .. string.match(arguments[2].value, '[^/\\]*$'))
  elseif address == '/oneshot/job/progress' then
    write('now', string.format('%s  %d %%', arguments[2].value, math.floor(100 * arguments[3].value + 0.5)))
  elseif address == '/oneshot/job/ready' then
    write('now', '')
    write('trouble', '')
  elseif address == '/oneshot/job/cancelled' then
    write('now', '')
  elseif address == '/oneshot/job/failed' then
    write('now', '')
    write('trouble', arguments[2].value)
  elseif address == '/oneshot/job/rejected' then
    write('trouble', arguments[2].value)
  elseif address == '/oneshot/error' then
    write('trouble', arguments[1].value .. ' ' .. arguments[2].value)
  end
end
