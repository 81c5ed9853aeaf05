SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help demo test lint format lock bench

help: ## この一覧 / this list
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/make \1\t\2/' | expand -t 14

demo: ## 見本の会社で動かす（PORT=8000） / run with demonstration companies
	@exec bin/demo

test: ## すべての検査（PYTEST_ARGS=…） / every check and test
	@exec bin/test

lint: ## ruff と mypy / ruff and mypy
	@exec bin/lint

format: ## 書式をそろえる / format the code
	@exec bin/lint --fix

lock: ## requirements*.txt を書き直す（LOCK_ARGS=--upgrade） / pin the requirements again
	@exec bin/lock $(LOCK_ARGS)

bench: ## 性能を測る（BENCH_ARGS=…） / the benchmarks
	@exec bin/bench $(BENCH_ARGS)
