zones --root fixtures/hand-ordinary-user.cap --request order=1
