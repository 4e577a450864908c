"""The activity."""

from temporalio import activity


@activity.defn
async def greet(name: str) -> str:
    """Makes the greeting."""
    return f"Hello {name}!"
