commit --root fixtures/hand-address.cap --address 700 55d0c1f00000
