zones --processes --top 0 --root fixtures/hand-numa-no-room.cap
