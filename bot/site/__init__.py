"""What readers get over HTTP: newsroom pages, the newsroom's feeds, health and metrics."""
