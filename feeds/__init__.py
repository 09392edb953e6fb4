"""What feed readers poll: RSS and Atom documents and the HTTP rules around them.

A host implements :class:`feeds.source.FeedSource`, gives it to a :class:`feeds.web.FeedSite`,
adds the site's routes to its aiohttp application and calls ``refresh`` when its data changed.
"""
