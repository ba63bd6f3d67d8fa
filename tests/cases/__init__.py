"""Small companies of which somebody said what is right; the inputs lie beside the checkout."""
