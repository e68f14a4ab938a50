-- Oneshot Bridge for Ardour: asks for a new sound of a pad from a button, a key or a controller.
--
-- Install: like oneshot_bridge.lua beside. Then Edit > Lua Scripts > Script Manager > Action Scripts > Add/Set, choose
--   this script, and say which pad; each slot has its own. A slot can be put onto a key or a MIDI control.
-- Needs: Ardour 7 or newer.

ardour {
  ["type"] = "EditorAction",
  name = "Oneshot Bridge: ask",
  license = "MIT",
  author = "Oneshot Bridge",
  description = [[Asks Oneshot Bridge for a new sound of a pad, or to keep, discard, repeat or cancel one.]]
}

function action_params ()
  return {
    ["pad"] = { title = "Pad", default = "kick" },
    ["action"] = { title = "Action (trigger, again, keep, discard, cancel)", default = "trigger" },
    ["velocity"] = { title = "Velocity (1 to 127)", default = "100" },
  }
end

function factory (params)
  return function ()
    local said = params or {}
    local pad, action = said["pad"] or "kick", said["action"] or "trigger"
    local port = "9127"
    local file = io.open (ARDOUR.user_config_directory (-1) .. "/scripts/oneshot_bridge.settings", "rb")
    if file then
      port = file:read ("a"):match ("osc_port\t(%d+)") or port
      file:close ()
    end
    local bridge = ARDOUR.LuaOSC.Address ("osc.udp://127.0.0.1:" .. port)
    if action == "trigger" then
      bridge:send ("/oneshot/pad/" .. pad, "i", math.floor (tonumber (said["velocity"]) or 100))
    else
      bridge:send ("/oneshot/" .. action, "s", pad)
    end
  end
end
