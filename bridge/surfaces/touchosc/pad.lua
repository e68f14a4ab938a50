function onPointer(pointers)
  for i = 1, #pointers do
    if pointers[i].state == PointerState.BEGIN then
      local energy = math.floor(127 * (1 - pointers[i].y / self.frame.h) + 0.5)
      sendOSC({ '/oneshot/pad/' .. self.tag, { { tag = 'i', value = math.clamp(energy, 1, 127) } } }, { true })
      root:notify('touched', self.tag)
    end
  end
end
