"""What feed readers poll: RSS and Atom documents and the HTTP rules around them."""
