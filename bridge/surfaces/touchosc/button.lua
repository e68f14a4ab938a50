function onValueChanged(key)
  if key == 'x' and self.values.x == 1 then root:notify('pressed', self.tag) end
end
