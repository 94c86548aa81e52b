"""The pages, each with its verbs: a GET shows, a POST changes and sends back to a page."""
