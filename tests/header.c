/* A public header compiles alone, twice, and pedantically. */
#include HEADER
#include HEADER

int main(void)
{
	return 0;
}
