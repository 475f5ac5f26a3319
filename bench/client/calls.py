"""calls.py URL KEY CALLS: what calls.c does, by the official Python SDK."""
import resource
import sys

import openai

url, key, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
client = openai.OpenAI(admin_api_key=key, base_url=url)


def call() -> None:
    client.admin.organization.invites.create(
        email="bench@example.com", role="reader", projects=[])


def cpu() -> float:
    use = resource.getrusage(resource.RUSAGE_SELF)
    return (use.ru_utime + use.ru_stime) * 1e6


for _ in range(20):
    call()
before = cpu()
for _ in range(count):
    call()
print((cpu() - before) / count)
