commit --root fixtures/hand-hostile-names.cap
