"""What Proofward can do, one verb a module: run(request, context) -> result."""
