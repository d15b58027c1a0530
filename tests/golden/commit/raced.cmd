commit --root fixtures/hand-raced.cap
