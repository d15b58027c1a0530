zones --processes --top 1 --root fixtures/hand-numa-no-room.cap
