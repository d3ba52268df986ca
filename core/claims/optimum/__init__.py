"""`optimum`: the weights are the optimum of regularised logistic regression on exactly the training view."""
