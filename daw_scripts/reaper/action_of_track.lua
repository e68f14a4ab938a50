-- @description Oneshot Bridge - {name} (selected track)
-- @version 0.1.0
-- @noindex
-- @about Asks Oneshot Bridge to {name} for the pad of the selected track.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "../oneshot_bridge_ask.lua")("{name}")
