zones --balance --root fixtures/hand-numa-no-room.cap
