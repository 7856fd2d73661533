# Aliases for hands that type make; ./dev is the command. Arguments: make test ARGS="-k ledger"
.PHONY: run test check bench backup manage
run test check bench backup manage:
	@./dev $@ $(ARGS)
