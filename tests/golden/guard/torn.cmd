guard --replay fixtures/guard/torn.rec
