"""What is looked at: tables of a network, pictures of it, plots of what was recorded.

May touch `simulation` and what is below it, and changes nothing there. Each function that draws
takes Axes or makes some and returns them; Matplotlib is imported when the first picture is drawn.
"""
