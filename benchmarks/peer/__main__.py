"""The process of a peer."""

import sys

from peer.process import serve

serve(sys.argv[1])
