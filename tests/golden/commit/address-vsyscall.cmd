commit --root fixtures/hand-address.cap --address 700 ffffffffff600010
