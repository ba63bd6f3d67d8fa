"""What hides in a text: characters nobody sees, look-alike letters, links, amounts in disguise."""
