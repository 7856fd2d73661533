"""The register: portfolios, use cases, stages, lanes, policy, access, tokens, changes."""

from django.apps import AppConfig


class PortfolioConfig(AppConfig):
    name = "portfolio"

    def ready(self) -> None:
        from ledger import names
        from portfolio import queries
        from portfolio.actions import jobs, uploads

        names.register(find=queries.chain_of, name=queries.name_of_chain)
        jobs.register(uploads.KIND, uploads.work, uploads.give_up)
