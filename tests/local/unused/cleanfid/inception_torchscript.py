InceptionV3W = None
