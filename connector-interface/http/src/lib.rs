//! HTTP for connectors: authentication, retries, rate limits, pages, and waits that stop when the run does.
