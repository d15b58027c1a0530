commit --root fixtures/hand-address.cap --address 700 7f2b10005000
