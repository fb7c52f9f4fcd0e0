"""Pictures and tabular inputs varied anew in each epoch, alike for any order, batch and rank."""
