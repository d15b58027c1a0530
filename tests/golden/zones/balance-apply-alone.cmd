zones --apply
