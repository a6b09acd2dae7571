"""Why a number is what it is: from the figure down to the sample and its address, and whose words it rests on."""
