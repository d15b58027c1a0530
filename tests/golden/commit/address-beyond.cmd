commit --root fixtures/hand-address.cap --address 700 ffff888000000000
