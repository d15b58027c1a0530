zones --report fixtures/no-such.log
