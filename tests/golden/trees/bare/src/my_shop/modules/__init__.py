"""Features, a folder of layers each (router, schemas, service, repository, ...); discovered."""
