-- @description Oneshot Bridge - trigger (selected track)
-- @version 0.1.0
-- @noindex
-- @about Asks for a new sound of the pad of the selected track.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "ask.lua")("trigger")
