-- @description Oneshot Bridge - cancel (selected track)
-- @version 0.1.0
-- @noindex
-- @about Cancels what is being made for the selected track's pad.
local folder = debug.getinfo(1, "S").source:match("^@(.*[/\\])")
dofile(folder .. "ask.lua")("cancel")
