"""The boundaries for GIS programs: OGC API Features (Parts 1, 2, 4) and OGC API Tiles."""
